"""“Nhập danh sách”: an admin's file comes in (upload.py), is checked and imported (runs.py), and is looked at (page.py); wording.py has the words."""
