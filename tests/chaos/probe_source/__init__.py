"""The probe that records facts and tells of them: as small as a service of the platform can be."""
