"""Pure rating: a tariff and a count give lines and a total. One file per kind of tariff; `registry.py` says what a kind
is, `catalogue.toml` which tariffs are sold.
"""
