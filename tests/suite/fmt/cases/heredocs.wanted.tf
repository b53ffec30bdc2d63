a = <<EOT
  text stays ${a + b}
    as it is
EOT
b {
  c  = <<-EOT
   flush
   %{if x}
   y
   %{endif}
   EOT
  dd = 1
}
