# Which subscription everything is made in; the last file of these makes the archive up.

run "each_team_has_its_own" {
  assert {
    condition = alltrue([
      for team, subscription in var.teams : strcontains(azurerm_resource_group.team[team].id, subscription)
    ])
    error_message = "A team's group is not in its subscription."
  }

  assert {
    condition     = strcontains(azurerm_resource_group.archive.id, output.subscriptions[0])
    error_message = "The archive is in ${azurerm_resource_group.archive.id}."
  }
}
