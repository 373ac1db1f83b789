# An overlay port of the sources around it; a registry's would get them with vcpkg_from_github.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
# Headers, and two static libraries whose interface is the same in debug builds.
set(VCPKG_BUILD_TYPE release)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        grpc      MTPROTO_GRPC
        sandbox   MTPROTO_SANDBOX
        websocket MTPROTO_WEBSOCKET
)
if("grpc" IN_LIST FEATURES)
    # Sources of the libraries are written by scripts.
    vcpkg_find_acquire_program(PYTHON3)
    list(APPEND FEATURE_OPTIONS "-DPython3_EXECUTABLE=${PYTHON3}")
endif()

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        -DMTPROTO_INSTALL=ON
        # Where vcpkg wants it; the file finds the rest from there, so that it must not be moved afterwards.
        -DMTPROTO_INSTALL_CMAKEDIR=share/mtproto
)
vcpkg_cmake_install()
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
