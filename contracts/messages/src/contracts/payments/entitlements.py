"""What plans entitle to, by the names that services gate by: each is read by the service it begins with the subject of.

A name that no service reads gives nothing yet; finance may put any name into a plan.
"""

APPLICATIONS_MORE = "applications.more"  # challenges: more applications that wait for a decision at one time
PROFILE_FEATURED = "profile.featured"  # matching: marked as featured where experts and solvers are proposed
ORGANISATION_BRANDING = "organisation.branding"  # payments: documents bear the organisation's looks
MATCHING_PRIORITY = "matching.priority"  # matching: told of a new challenge that fits, also when it fits others better
