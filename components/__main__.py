"""What Pulumi runs in this folder when a program has added it by its git URL; the wheel has an executable instead."""

from snapnames.component_host import main

if __name__ == "__main__":
    main()
