"""One module a group of operations; each exports OPERATIONS. `narthex.management_api.operations` has all of them."""
