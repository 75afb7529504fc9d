"""What a planner asks about a plan beyond the plan: how rivals answer it, and what to do about that."""

from entrepot.analysis.behaviours import Behaviour, Search, behaviours_against, reply_together
from entrepot.analysis.effort import Effort
from entrepot.analysis.facing import Contest, face_rivals
from entrepot.analysis.losses import lost_to
from entrepot.analysis.regret import RegretTable
from entrepot.analysis.reply import Reply, find_reply, with_replies
from entrepot.analysis.robust import RobustChoice, choose_robust

__all__ = [
    "Behaviour", "Contest", "Effort", "RegretTable", "Reply", "RobustChoice", "Search", "behaviours_against",
    "choose_robust", "face_rivals", "find_reply", "lost_to", "reply_together",
    "with_replies",
]  # fmt: skip
