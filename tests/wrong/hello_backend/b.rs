// caught by: it compiles
