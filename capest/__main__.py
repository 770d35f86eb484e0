"""``python -m capest``."""

from capest.cli import main

if __name__ == "__main__":
    main()
