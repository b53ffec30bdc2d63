# A provider configuration that nobody who runs the tests can reach is made up; all others are emulated.

mock_provider "azurerm" {
  alias = "archive"

  mock_resource "azurerm_resource_group" {
    defaults = {
      id = "/subscriptions/archive/resourceGroups/acier-subscriptions"
    }
  }

  mock_data "azurerm_subscription" {
    defaults = {
      subscription_id = "archive"
    }
  }
}

run "the_archive_is_made_up" {
  assert {
    condition     = output.subscriptions[0] == "archive" && strcontains(azurerm_resource_group.archive.id, "/archive/")
    error_message = "The archive is in ${azurerm_resource_group.archive.id}."
  }

  assert {
    condition     = azurerm_resource_group.team["blue"].id == output.subscriptions[1]
    error_message = "The blue team is in ${output.subscriptions[1]}."
  }
}
