"""What a planner asks beyond the plan: how rivals answer it, and what if the world turns out otherwise."""

from entrepot.analysis.behaviours import Behaviour, Search, behaviours_against, reply_together
from entrepot.analysis.effort import Effort
from entrepot.analysis.facing import Contest, face_rivals
from entrepot.analysis.futures import Outlook, face_futures, stay_of
from entrepot.analysis.losses import lost_to
from entrepot.analysis.regret import RegretTable
from entrepot.analysis.reply import Reply, find_reply, with_replies
from entrepot.analysis.robust import RobustChoice, choose_robust
from entrepot.analysis.waiting import SiteTiming, Waiting, value_waiting
from entrepot.analysis.weighing import FutureTable, WeighedPlan

__all__ = [
    "Behaviour", "Contest", "Effort", "FutureTable", "Outlook", "RegretTable", "Reply", "RobustChoice",
    "Search", "SiteTiming", "Waiting", "WeighedPlan", "behaviours_against", "choose_robust", "face_futures",
    "face_rivals", "find_reply", "lost_to", "reply_together", "stay_of", "value_waiting", "with_replies",
]  # fmt: skip
