"""The probe that hears of facts and keeps what follows from them."""
