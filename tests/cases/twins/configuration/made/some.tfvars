given = "from-file"
