# An apply goes on until nothing waits any more, in a test too.

run "the_address_is_watched" {
  assert {
    condition     = output.watchers == ["by-address"]
    error_message = "Watched are ${jsonencode(output.watchers)}."
  }

  assert {
    condition = (
      azurerm_container_group.watcher["by-address"].container[0].environment_variables["TARGET"]
      == azurerm_container_group.ledger.ip_address
    )
    error_message = "The watcher looks elsewhere."
  }
}

run "nothing_is_left_for_later" {
  command = plan

  assert {
    condition     = length(azurerm_container_group.watcher) == 1
    error_message = "There should be one watcher."
  }
}
