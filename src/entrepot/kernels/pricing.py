"""What a way pays for the resources that it uses."""

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import Network, Rates


@kernel
def price_of_resources(network: Network, rates: Rates, way: int) -> float:
    """Price of what a way uses of the resources, per unit of cell weight."""
    total = 0.0
    if len(rates.resource_price) > 0:
        for entry in range(network.use_pointer[way], network.use_pointer[way + 1]):
            total += rates.resource_price[network.use_resource[entry]] * network.use_amount[entry]
    return total
