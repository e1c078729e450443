"""Amounts in Russian words, as documents want them: roubles in words, kopecks in digits."""

from decimal import Decimal

from num2words import num2words

from callcenter.money import round_half_up

ROUBLES = ("рубль", "рубля", "рублей")
KOPECKS = ("копейка", "копейки", "копеек")


def plural(count: int, forms: tuple[str, str, str]) -> str:
    """One, two to four, five and more; the teens are many."""
    tens, units = count // 10 % 10, count % 10
    if tens == 1 or units == 0 or units > 4:
        return forms[2]
    return forms[0] if units == 1 else forms[1]


def in_words(amount: Decimal) -> str:
    """`15060.40` is "Пятнадцать тысяч шестьдесят рублей 40 копеек"; ValueError below zero or finer than kopecks."""
    if not amount.is_finite() or amount < 0 or amount != round_half_up(amount):
        raise ValueError(f"{amount} cannot be written in words: an amount to the kopeck, not below zero, is expected.")
    roubles = int(amount)
    kopecks = int((amount - roubles) * 100)
    said = str(num2words(roubles, lang="ru"))
    return f"{said[0].upper()}{said[1:]} {plural(roubles, ROUBLES)} {kopecks:02d} {plural(kopecks, KOPECKS)}"
