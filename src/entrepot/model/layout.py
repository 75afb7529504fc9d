"""What the rows and columns of a built problem stand for in the instance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SmallIntArray = NDArray[np.int16]
ClassArray = NDArray[np.int8]
CellArray = NDArray[np.int32]

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Indices that lead from the canonical problem back to the instance.

    Attributes
    ----------
    column_site, column_module : (n_lives,) site, and module 1 ... n_sizes (size level m = modules 1 ... m) of
        the first strategic columns, the lives of modules.
    column_first, column_last : (n_lives,) first and last period in which the module is active; first -1 =
        open before the horizon, last -1 = closed when the horizon begins.
    engagement_site, engagement_operator, engagement_first, engagement_last : (n_engagements,) which offer
        runs which site from when to when. engagement_column : (n_engagements,) strategic column that says so.
    hire_carrier, hire_country, hire_first, hire_last : (n_hires,) where each carrier is contracted from when
        to when. hire_column : (n_hires,) strategic column that says so.
    path_site, path_product, path_period, path_origin, path_lane : (n_paths,) which part of an origin's goods
        comes to a centre by which lane, in parcels over the same for all its paths. path_column : (n_paths,)
        strategic column that says so.
    facility_site, facility_period : (n_centres,) the first facilities, those of the sites.
    enabler_size : (n_enablers,) size level of the configuration.
    cell_market, cell_product, cell_period : (n_cells,). way_pointer : (n_cells + 1,) as in `Cells`.
    way_facility : (n_ways,) centre, -1 = none. way_service : (n_ways,) carrier service, -1 = not served.
    way_gateway : (n_ways,) gateway of a direct parcel, -1 otherwise. way_class : (n_ways,) service class, -1
        = not served.
    """

    column_site: SmallIntArray
    column_module: SmallIntArray
    column_first: SmallIntArray
    column_last: SmallIntArray
    engagement_site: SmallIntArray
    engagement_operator: SmallIntArray
    engagement_first: SmallIntArray
    engagement_last: SmallIntArray
    engagement_column: NDArray[np.int64]
    hire_carrier: SmallIntArray
    hire_country: SmallIntArray
    hire_first: SmallIntArray
    hire_last: SmallIntArray
    hire_column: NDArray[np.int64]
    path_site: SmallIntArray
    path_product: SmallIntArray
    path_period: SmallIntArray
    path_origin: SmallIntArray
    path_lane: SmallIntArray
    path_column: NDArray[np.int64]
    facility_site: SmallIntArray
    facility_period: SmallIntArray
    enabler_size: SmallIntArray
    cell_market: CellArray
    cell_product: SmallIntArray
    cell_period: SmallIntArray
    way_pointer: NDArray[np.int64]
    way_facility: CellArray
    way_service: SmallIntArray
    way_gateway: SmallIntArray
    way_class: ClassArray
