# Secrets are given to a test like any variable, and are not shown when an assertion about them fails.

variables {
  database_password = "p1"
  registry_password = "r1"
  storage_key       = "c3RvcmFnZQ=="
}

run "the_connection_holds_the_password" {
  assert {
    condition     = output.connection == "postgres://app:p1@db.example.com/app"
    error_message = "The password is not in the connection."
  }

  assert {
    condition     = issensitive(output.connection)
    error_message = "The connection should be hidden."
  }
}

run "a_new_password_is_sent" {
  variables {
    database_password = "p2"
  }

  assert {
    condition     = strcontains(output.connection, ":p2@")
    error_message = "The old password is still in the connection."
  }
}
