/*
 * LD_PRELOAD shim for tests and the demo: lets any program on libstonith find
 * plugins in the directory $STONITH_TEST_PLUGIN_PATH (which holds stonith2/)
 * before its own. cluster-glue has no such setting. Never installed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <dlfcn.h>
#include <glib.h>
#include <pils/plugin.h>
#include <stdlib.h>

PILPluginUniv *NewPILPluginUniv(const char *basepath)
{
	PILPluginUniv *(*real)(const char *);
	const char *ours = getenv("STONITH_TEST_PLUGIN_PATH");

	*(void **)&real = dlsym(RTLD_NEXT, "NewPILPluginUniv");
	if (real == NULL)
		return NULL;
	if (ours == NULL || *ours == '\0')
		return real(basepath);

	char *path = g_strconcat(ours, ":", basepath, NULL);
	PILPluginUniv *universe = real(path);
	g_free(path);
	return universe;
}
