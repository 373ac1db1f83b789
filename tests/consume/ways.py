"""The ways of docs/install.md, each a function of a kitchen."""

import filecmp
import json
import os
import re
import shutil
import sys

from support import files_below, need, skip

WAYS = {}


def way(*tools):
    def add(function):
        function.tools = tools
        WAYS[function.__name__.replace("_", "-")] = function
        return function
    return add


@way("g++")
def headers(k, _):
    k.hello(k.follow("The headers alone"))


@way("meson", "ninja", "cmake", "pkg-config", "g++")
def installed(k, _):
    """By Meson and by CMake, which must not differ; found by CMake and pkg-config; moved."""
    k.follow("An installed copy", 0)
    k.hello(k.follow("CMake: find_package"))
    k.hello(k.follow("pkg-config"))
    of_meson = k.home / ".local"
    refusals(k, of_meson)

    k.home = k.work / "second-home"
    k.follow("An installed copy", 1, "installed-by-cmake")
    of_cmake = k.home / ".local"
    names = files_below(of_meson)
    if names != files_below(of_cmake):
        sys.exit(f"Meson and CMake do not install the same files: {set(names) ^ set(files_below(of_cmake))}")
    for name in names:
        if name.endswith(".pc"):
            same = (of_meson / name).read_text().replace(str(of_meson), "") == (of_cmake / name).read_text().replace(str(of_cmake), "")
        else:
            same = filecmp.cmp(of_meson / name, of_cmake / name, shallow=False)
        if not same:
            sys.exit(f"Meson and CMake install different {name}")
    ours = {"include/" + n for n in files_below(k.root / "include")}
    if missing := ours - set(names):
        sys.exit(f"not installed: {sorted(missing)}")
    for name in names:
        # Where it is installed may be below the sources.
        if name.endswith((".cmake", ".pc")) and str(k.root) in (of_meson / name).read_text().replace(str(of_meson), ""):
            sys.exit(f"{name} names the folder of the sources")

    k.home = k.home.rename(k.work / "moved-home")
    k.hello(k.follow("CMake: find_package", folder="moved"))


def refusals(k, prefix):
    """What the package cannot give it refuses, and says why."""
    folder = k.work / "refusals"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text("""cmake_minimum_required(VERSION 3.16)
project(refusals LANGUAGES CXX)
function(try)
  find_package(mtproto ${ARGN} CONFIG)
  message(STATUS "[${ARGN}] ${mtproto_FOUND} ${mtproto_NOT_FOUND_MESSAGE}")
endfunction()
try(99)
try(0.0.1)
try(0.1.0 EXACT)
try(COMPONENTS nonsense)
try(COMPONENTS grpc)
try(OPTIONAL_COMPONENTS grpc)
try(COMPONENTS sandbox)
""")
    said = k.run(["cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}"], folder)
    k.expect(said, "[99] 0")
    k.expect(said, "[0.0.1] 0")
    k.expect(said, f"[{k.version};EXACT] 1")
    k.expect(said, '[COMPONENTS;nonsense] 0 mtproto has no component "nonsense", but core, websocket, sandbox, grpc')
    k.expect(said, '[COMPONENTS;grpc] 0 mtproto was installed without its component "grpc"')
    k.expect(said, "[OPTIONAL_COMPONENTS;grpc] 1")
    k.expect(said, "[COMPONENTS;sandbox] 1")


@way("cmake", "make", "g++")
def cmake_add_subdirectory(k, _):
    k.hello(k.follow("CMake: add_subdirectory"))


@way("cmake", "make", "g++")
def cmake_fetch_content(k, _):
    k.hello(k.follow("CMake: FetchContent"))


@way("meson", "ninja", "g++")
def meson_subproject(k, _):
    k.hello(k.follow("Meson: subproject"))


@way("meson", "ninja", "g++")
def meson_wrap(k, _):
    k.archive()
    k.hello(k.follow("Meson: wrap"))


def features(k, prefix, names, *more):
    """Builds the program of test_package, which uses each of the features."""
    folder = k.work / "features"
    shutil.copytree(k.sources / "test_package", folder)
    k.run(["cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCOMPONENTS=" + ";".join(names), *more], folder)
    k.run(["cmake", "--build", "build"], folder)
    said = k.run(["build/hello"], folder)
    k.hello(said)
    for name in names[1:]:
        k.expect(said, f"\n{name}: ")


@way("meson", "cmake", "g++")
def finished_build(k, build):
    """What `meson install` makes of the build that the tests are run from, programs and all."""
    destination = k.work / "root"
    k.run(["meson", "install", "-C", build.resolve(), "--no-rebuild", "--quiet", "--destdir", destination], k.work)
    options = {o["name"]: o["value"] for o in json.loads(k.run(["meson", "introspect", "--buildoptions", build.resolve()], k.work))}
    prefix = destination / options["prefix"].lstrip("/")
    with_daemon = (build / "apps/mtprotod/mtprotod").exists()
    k.expect(k.run([prefix / "bin/mtproto", "--version"], k.work), f"mtproto {k.version} (API layer {k.layer})")
    if with_daemon:
        k.expect(k.run([prefix / "bin/mtprotod", "--version"], k.work), k.version)
        unit = (prefix / "lib/systemd/system/mtprotod.service").read_text()
        k.expect(unit, f"\nExecStart={options['prefix']}/bin/mtprotod start --config ")
        if "@" in unit.replace("@system-service", "").replace("@privileged", "").replace("@resources", ""):
            sys.exit("the unit has a placeholder left")
        for command in re.findall(r"^Exec\w+=(\S+)", unit, re.M):
            if command not in (f"{options['prefix']}/bin/mtprotod", "/bin/sh"):
                sys.exit(f"the unit runs {command}, which the smallest systems do not have")
        packages(k, prefix)
        if shutil.which("lowdown"):
            k.expect((prefix / "share/man/man1/mtprotod.1").read_text(), "mtprotod start --sandbox")
            k.expect((prefix / "share/man/man1/mtproto.1").read_text(), "mtproto shell")
        k.expect(k.run(["pkg-config", "--define-prefix", "--libs", "mtproto-grpc"], k.work,
                       PKG_CONFIG_PATH=str(prefix / options["libdir"] / "pkgconfig")), "-lmtproto-bridge")
    for name in "schema/api.tl", "schema/LAYER", "proto/mtproto/methods.proto":
        if not (prefix / "share/mtproto" / name).exists():
            sys.exit(f"share/mtproto/{name} was not installed")
    features(k, prefix, ["core", "websocket", "sandbox"] + ["grpc"] * (with_daemon and shutil.which("grpc_cpp_plugin") is not None))


def packages(k, prefix):
    """What the packages with programs take is there. Their build, which would compile all once more, is not a test."""
    for package in "libmtproto-dev", "mtproto", "mtprotod":
        for line in (k.root / "packaging/debian" / f"{package}.install").read_text().splitlines():
            what = line.split()[0]
            if "/man/" in what and not shutil.which("lowdown") or not what.startswith("usr/"):
                continue
            places = [what.removeprefix("usr/")]
            if what.startswith("usr/lib/*/"):
                places.append("lib/" + what.removeprefix("usr/lib/*/"))
            if not any(any(prefix.glob(place)) for place in places):
                sys.exit(f"{package} wants {what}, which was not installed")
    if not shutil.which("dh_installdeb") or not shutil.which("lowdown"):
        print("debhelper or lowdown is not installed: the scripts of the package mtprotod are not looked at")
        return
    folder = k.work / "package"
    shutil.copytree(k.root / "packaging/debian", folder / "debian")
    shutil.copytree(prefix, folder / "debian/tmp/usr", copy_function=os.link)
    k.run("debian/rules execute_after_dh_auto_install; dh_install; debian/rules override_dh_installtmpfiles override_dh_installsystemd; dh_installdeb",
          folder, DH_OPTIONS="-pmtprotod")
    scripts = folder / "debian/mtprotod/DEBIAN"
    for script, steps in {"postinst": ["systemd-sysusers", "systemd-tmpfiles", "try-restart"], "prerm": ["deb-systemd-invoke stop"],
                          "postrm": ["rm -rf /var/lib/mtprotod"], "conffiles": ["/etc/mtprotod/mtprotod.toml"]}.items():
        text = (scripts / script).read_text()
        for step in steps:
            if step not in text:
                sys.exit(f"{script} of mtprotod lacks {step!r}, or has it too early")
            text = text[text.index(step):]


@way("cmake", "make", "g++", "pkg-config", "grpc_cpp_plugin")
def cmake_grpc(k, _):
    """The libraries of the proxy compiled by CMake alone, in another project's tree."""
    if os.system("pkg-config --exists grpc++") != 0:
        skip("gRPC is not installed")
    folder = k.work / "project"
    shutil.copytree(k.sources / "test_package", folder)
    text = (folder / "CMakeLists.txt").read_text()
    (folder / "CMakeLists.txt").write_text(text.replace("VERSION 3.16", "VERSION 3.24")
                                           .replace("find_package(mtproto CONFIG REQUIRED COMPONENTS ${COMPONENTS})",
                                                    f'set(MTPROTO_GRPC ON)\nadd_subdirectory("{k.sources}" mtproto)'))
    k.run(["cmake", "-B", "build", "-DCOMPONENTS=core;grpc"], folder)
    k.run(["cmake", "--build", "build", "-j", "2"], folder)
    said = k.run(["build/hello"], folder)
    k.hello(said)
    k.expect(said, "\ngrpc: ")


@way("conan", "cmake", "make", "g++")
def conan(k, _):
    said = k.follow("Conan")
    k.hello(said)


@way("dpkg-buildpackage", "dh", "meson", "g++")
def debian(k, _):
    k.hello(k.follow("Debian"))
    if not shutil.which("lintian"):
        print("lintian is not installed: what it says of the package is not known")
    else:
        # There is no address yet, and nothing in Debian waits for the package.
        k.run(["lintian", "--allow-root", "--profile", "debian", "--fail-on", "error,warning", "--suppress-tags", "bogus-mail-host,bogus-mail-host-in-debian-changelog,"
               "initial-upload-closes-no-bugs", *sorted((k.work / "debian").glob("*.changes"))], k.work)


@way("cmake", "make", "g++")
def vcpkg(k, _):
    import port
    features(k, port.install(k, ["websocket"]), ["core", "websocket"])
