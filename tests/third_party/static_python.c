/*
 * A static Python, of the distribution's libpython.a. EXECUTABLE is what the program takes for
 * its own file (sys.executable), so that it is that by which tests start further ones.
 */
#include <Python.h>

#include <nss.h>

/* The distribution has _contextvars, which asyncio imports, as a shared object only. */
static int add_types(PyObject *module)
{
    static const struct {
        const char *name;
        PyTypeObject *type;
    } types[] = {
        {"Context", &PyContext_Type},
        {"ContextVar", &PyContextVar_Type},
        {"Token", &PyContextToken_Type},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && status == 0; i++)
        status = PyModule_AddObjectRef(module, types[i].name, (PyObject *)types[i].type);
    return status;
}

static PyObject *copy_context(PyObject *module, PyObject *none)
{
    (void)module;
    (void)none;
    return PyContext_CopyCurrent();
}

static PyObject *start_contextvars(void)
{
    static PyMethodDef functions[] = {{"copy_context", copy_context, METH_NOARGS, NULL},
                                      {NULL, NULL, 0, NULL}};
    static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)add_types}, {0, NULL}};
    static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_contextvars",
                                 .m_methods = functions, .m_slots = slots};
    return PyModuleDef_Init(&module);
}

int main(int count, char **arguments)
{
    static char executable[] = EXECUTABLE;
    arguments[0] = executable;
    /* Other sources of names are shared objects, which end a static program that loads them. */
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    PyImport_AppendInittab("_contextvars", start_contextvars);
    return Py_BytesMain(count, arguments);
}
