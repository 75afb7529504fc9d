"""Study and geography become the instance: names become indices, once, and tables are checked together."""

from entrepot.assembly.assemble import assemble
from entrepot.assembly.checks import findings_of
from entrepot.assembly.futures import assemble_futures

__all__ = ["assemble", "assemble_futures", "findings_of"]
