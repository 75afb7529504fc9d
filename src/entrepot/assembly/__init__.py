"""Study and geography become the instance: names become indices, once, and tables are checked together."""

from entrepot.assembly.assemble import assemble
from entrepot.assembly.checks import findings_of

__all__ = ["assemble", "findings_of"]
