"""Bounds on contracts, usage and invoices; a line says which orders of the month it covers."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_ledger_rules'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='billing_invoice_number',
        ),
        migrations.RemoveConstraint(
            model_name='usageentry',
            name='billing_usage_once',
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='first',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='last',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='contract',
            name='series',
            field=models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^\\w+\\Z')]),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.UniqueConstraint(fields=('service', 'series'), name='billing_contract_series'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='billing_contract_days'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('service', 'number'), name='billing_invoice_own_number'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='billing_invoice_first_of_month'),
        ),
        migrations.AddConstraint(
            model_name='usageentry',
            constraint=models.UniqueConstraint(fields=('service', 'order_id', 'units'), name='billing_usage_one_unit'),
        ),
        migrations.AddConstraint(
            model_name='usageentry',
            constraint=models.CheckConstraint(condition=models.Q(('units__in', [1, -1])), name='billing_usage_units'),
        ),
        migrations.AddConstraint(
            model_name='usageentry',
            constraint=models.CheckConstraint(condition=models.Q(('billing_month__day', 1)), name='billing_usage_first_of_month'),
        ),
    ]
