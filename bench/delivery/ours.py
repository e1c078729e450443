"""`python -m bench.delivery.ours`: the product's engine as it is, without Celery around it.

With BENCH_KEPT=1 the adapter keeps its connections, as one does whose program can be sent the same order twice; the
Taxi-Master adapter itself opens a fresh connection for every order.
"""

import os
from functools import partial

from integrations.delivery.run import main
from integrations.dispatch.taximaster import adapter, talk

if __name__ == "__main__":
    if os.environ.get("BENCH_KEPT") == "1":
        vars(adapter)["post"] = partial(talk.post, fresh=False)
    main()
