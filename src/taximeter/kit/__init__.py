"""Small pure parts that know nothing of metering: clock, ids, decimals, periods, forms, paging."""
