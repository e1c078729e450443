"""Money in the panels."""

from billing.admin.money import ContractAdmin, InvoiceAdmin, SellerAdmin
from billing.models import Contract, Invoice, Seller
from billing.views.documents import Documents
from billing.views.live import live
from callcenter.models import Job
from callcenter.panel import centre, service

centre.register(Invoice, InvoiceAdmin)
centre.register(Contract, ContractAdmin)
centre.register(Seller, SellerAdmin)
service.register(Invoice, InvoiceAdmin)
service.register(Contract, ContractAdmin)
Documents(centre, (Job.ACCOUNTANT, Job.ADMIN))
Documents(service, (Job.MANAGER,))
live(service)
