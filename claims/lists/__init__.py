"""CMS's own files, as a practice downloaded them: code lists, NCCI pairs, units of service.

None comes with Preclear. Each setting names a file or a folder of files, as CMS publishes them,
unpacked.
"""
