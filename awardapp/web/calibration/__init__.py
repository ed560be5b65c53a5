"""Opening the scores and what calibration makes of them: pages of the chair's and of the secretariat's room."""
