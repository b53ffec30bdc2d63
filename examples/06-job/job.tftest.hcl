# A job is run to its end: the emulator ends it with the exit code that its command says.

run "it_ends_well" {
  assert {
    condition     = output.migration != null
    error_message = "The migration was not made."
  }
}

run "the_same_release_is_not_migrated_to_again" {
  command = plan

  assert {
    condition     = output.migration == run.it_ends_well.migration
    error_message = "The job would be run again."
  }
}
