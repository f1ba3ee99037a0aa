# What an installation has beside the program, its helpers and its manual, in the places of hier(7). A name that ends in
# .in has %%PREFIX%% in it, as ports(7) write it; what it stands for is known when it is installed.
function(vfj_install_template source destination mode)
    get_filename_component(name "${source}" NAME)
    string(REGEX REPLACE "\\.in$" "" name "${name}")
    set(permissions OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    if(mode STREQUAL "PROGRAM")
        list(APPEND permissions OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
    endif()
    list(JOIN permissions " " permissions)
    install(CODE "
        file(READ \"${CMAKE_CURRENT_SOURCE_DIR}/${source}\" text)
        string(REPLACE %%PREFIX%% \"\${CMAKE_INSTALL_PREFIX}\" text \"\${text}\")
        file(WRITE \"${CMAKE_CURRENT_BINARY_DIR}/${destination}/${name}\" \"\${text}\")
        file(INSTALL \"${CMAKE_CURRENT_BINARY_DIR}/${destination}/${name}\"
            DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${destination}\" PERMISSIONS ${permissions})")
endfunction()

vfj_install_template(rc.d/vfjournal.in etc/rc.d PROGRAM)
vfj_install_template(devd/vfjournal.conf.in etc/devd FILE)
vfj_install_template(periodic/460.vfjournal.in etc/periodic/daily PROGRAM)
install(FILES newsyslog.conf.d/vfjournal.conf.sample DESTINATION etc/newsyslog.conf.d)
install(FILES syslog.d/vfjournal.conf.sample DESTINATION etc/syslog.d)
install(FILES
        examples/loader.conf
        examples/periodic.conf
        examples/rc.conf
        "${PROJECT_SOURCE_DIR}/tests/traces/azure-migration.trace"
    DESTINATION share/examples/vfjournal)
