"""Tie calls, orders and deliveries to rows of the same service, and put their rules into PostgreSQL."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql, TenantForeignKeys

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_models"), ("callcenter", "0002_isolation")]
    operations = [
        TenantForeignKeys("orders_call", line_id="callcenter_line"),
        TenantForeignKeys("orders_callsecret", call_id="orders_call"),
        TenantForeignKeys("orders_calleventseen", call_id="orders_call"),
        TenantForeignKeys("orders_order", call_id="orders_call"),
        TenantForeignKeys("orders_ordersecret", order_id="orders_order", call_id="orders_call"),
        TenantForeignKeys("orders_delivery", order_id="orders_order", call_id="orders_call"),
        TenantForeignKeys("orders_attempt", delivery_id="orders_delivery"),
        TenantForeignKeys("callcenter_grant", call_id="orders_call"),
        Sql(SQL / "seats.sql"),
        Sql(SQL / "delivery.sql"),
    ]
