"""The vcpkg port without vcpkg: the manifest against the fields that its reference documents, and the portfile by `cmake -P`, with
stand-ins for vcpkg's functions that do what those document on Linux.

https://learn.microsoft.com/vcpkg/reference/vcpkg-json
"""

import json
import re
import sys

IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FIELDS = {"name", "version-semver", "description", "license", "supports", "dependencies", "features", "homepage", "documentation",
          "maintainers", "default-features", "port-version"}
DEPENDENCY = {"name", "features", "host", "default-features", "platform", "version>="}

STAND_INS = """
function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_FEATURE_OPTIONS" "FEATURES;INVERTED_FEATURES")
  set(options)
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature variable)
    if(feature IN_LIST FEATURES)
      list(APPEND options "-D${variable}=ON")
    else()
      list(APPEND options "-D${variable}=OFF")
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()
function(vcpkg_find_acquire_program variable)
  if(NOT variable STREQUAL "PYTHON3")
    message(FATAL_ERROR "the stand-ins know no program ${variable}")
  endif()
  find_program(PYTHON3 python3 REQUIRED)
endfunction()
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  if(NOT VCPKG_BUILD_TYPE STREQUAL "release")
    message(FATAL_ERROR "the stand-ins know release builds only")
  endif()
  run(cmake -S "${arg_SOURCE_PATH}" -B "${CURRENT_BUILDTREES_DIR}" -DCMAKE_BUILD_TYPE=Release
    "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}" -DCMAKE_INSTALL_LIBDIR=lib ${arg_OPTIONS})
endfunction()
function(vcpkg_cmake_install)
  run(cmake --build "${CURRENT_BUILDTREES_DIR}" --target install)
endfunction()
function(vcpkg_fixup_pkgconfig)
  file(GLOB_RECURSE files "${CURRENT_PACKAGES_DIR}/*.pc")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX REPLACE "^prefix=[^\\n]*" "prefix=\\${pcfiledir}/../.." text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}" RENAME copyright)
endfunction()
"""


def check(manifest):
    def only(what, allowed, where):
        if unknown := {key for key in what if not key.startswith("$")} - allowed:
            sys.exit(f"vcpkg.json: {where} has unknown fields: {sorted(unknown)}")

    def dependencies(those, where):
        for one in those:
            one = {"name": one} if isinstance(one, str) else one
            only(one, DEPENDENCY, where)
            if not IDENTIFIER.fullmatch(one["name"]):
                sys.exit(f"vcpkg.json: {where}: not a name: {one['name']}")
            if one["name"] == manifest["name"] and not set(one["features"]) <= set(manifest["features"]):
                sys.exit(f"vcpkg.json: {where}: asks for features that the port does not have")

    only(manifest, FIELDS, "the manifest")
    dependencies(manifest["dependencies"], "dependencies")
    for name, feature in manifest["features"].items():
        if not IDENTIFIER.fullmatch(name):
            sys.exit(f"vcpkg.json: not a name of a feature: {name}")
        only(feature, {"description", "dependencies", "supports", "license"}, name)
        if not feature["description"]:
            sys.exit(f"vcpkg.json: {name} has no description")
        dependencies(feature.get("dependencies", []), name)


def install(k, features):
    """Gives the prefix."""
    port = k.sources / "packaging/vcpkg/mtproto"
    manifest = json.loads((port / "vcpkg.json").read_text(encoding="utf-8"))
    check(manifest)
    text = (port / "portfile.cmake").read_text(encoding="utf-8")
    if {name for name in re.findall(r"^ {8}(\w+) +MTPROTO_", text, re.M)} != set(manifest["features"]):
        sys.exit("portfile.cmake and vcpkg.json name different features")
    stand_ins = k.work / "stand-ins.cmake"
    packages = k.work / "packages/mtproto"
    stand_ins.write_text(f"""cmake_minimum_required(VERSION 3.24)
set(PORT mtproto)
set(FEATURES core {' '.join(features)})
set(CURRENT_PACKAGES_DIR "{packages}")
set(CURRENT_BUILDTREES_DIR "{k.work / 'buildtrees'}")
{STAND_INS}
include("{port / 'portfile.cmake'}")
""")
    k.run(["cmake", "-P", stand_ins], k.work)
    if not (packages / "share/mtproto/copyright").exists():
        sys.exit("no licence was installed")
    without = () if "sandbox" in features else ("include/mtproto/sandbox",)
    for gone in without + ("lib/cmake", "share/doc", "debug"):
        if (packages / gone).exists():
            sys.exit(f"{gone} is in the package")
    return packages
