from cqi.cli import main

raise SystemExit(main())
