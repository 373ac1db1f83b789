"""Conan 2: conan create . ; docs/install.md tells the rest."""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class Mtproto(ConanFile):
    name = "mtproto"
    description = "Telegram's MTProto 2.0 as C++20 headers"
    license = "MIT"
    topics = ("telegram", "mtproto", "asio", "coroutines", "header-only")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"websocket": [True, False], "sandbox": [True, False], "grpc": [True, False]}
    default_options = {"websocket": True, "sandbox": True, "grpc": False}
    exports_sources = (
        "CMakeLists.txt", "LICENSE", "README.md", "CHANGELOG.md", "include/*", "gen/*", "schema/*", "proto/*", "docs/*",
        "packaging/CMakeLists.txt", "packaging/cmake/*", "packaging/pkg-config/*",
    )

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include/mtproto/version.hpp"))
        parts = dict(re.findall(r"#define MTPROTO_VERSION_(MAJOR|MINOR|PATCH) (\d+)", header))
        self.version = ".".join(parts[name] for name in ("MAJOR", "MINOR", "PATCH"))

    def requirements(self):
        for reference in ("boost/[>=1.81 <2]", "openssl/[>=3 <4]", "zlib/[>=1.2.11 <2]"):
            self.requires(reference, transitive_headers=True, transitive_libs=True)
        if self.options.grpc:
            self.requires("grpc/[>=1.30 <2]", transitive_headers=True, transitive_libs=True)
            self.requires("cli11/[>=2.1 <3]", visible=False)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.options.sandbox and not self.options.websocket:
            raise ConanInvalidConfiguration("The sandbox accepts WebSockets: set websocket=True, or sandbox=False")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for option in self.options.possible_values:
            toolchain.cache_variables["MTPROTO_" + option.upper()] = bool(self.options.get_safe(option))
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # PkgConfigDeps writes these for the packages that were found.
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_id(self):
        if not self.info.options.grpc:
            # Headers: one package for every compiler.
            self.info.settings.clear()
            self.info.requires.clear()

    def package_info(self):
        # The package brings its own CMake files, which find Boost and the others wherever they are from.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "mtproto")]
        core = self.cpp_info.components["core"]
        core.set_property("pkg_config_name", "mtproto")
        core.requires = ["boost::headers", "boost::json", "openssl::crypto", "zlib::zlib"]
        core.libdirs = []
        core.builddirs = self.cpp_info.builddirs
        if self.settings.os in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]
        self._component("websocket", ["core"])
        self._component("sandbox", ["websocket"])
        self._component("grpc", ["core", "grpc::grpc++"], ["mtproto-bridge", "mtproto-contract"])

    def _component(self, name, requires, libs=()):
        if self.options.get_safe(name):
            component = self.cpp_info.components[name]
            component.set_property("pkg_config_name", "mtproto-" + name)
            component.requires = requires
            component.libs = list(libs)
            if not libs:
                component.libdirs = []
