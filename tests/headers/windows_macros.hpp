// The macros that <windows.h>, <rpc.h>, <wingdi.h> and their like define, and some of POSIX's: a header of ours that is included
// behind them must mean the same. Names that are keywords of nothing, in the shape they have there.
#pragma once

// The standard library's own headers undo what they cannot live with; ours come behind all of them.
#include <bits/stdc++.h>

// windef.h, minwindef.h, rpc.h, rpcndr.h
#define far
#define near
#define FAR
#define NEAR
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define interface struct
#define small char
#define hyper __int64
#define cdecl
#define pascal
#define STRICT 1
// winerror.h, winnt.h, winuser.h, wingdi.h
#define ERROR 0
#define NO_ERROR 0
#define DELETE (0x00010000L)
#define ABSOLUTE 1
#define RELATIVE 2
#define TRANSPARENT 1
#define OPAQUE 2
#define PASSTHROUGH 19
#define IGNORE 0
#define INFINITE 0xFFFFFFFF
// minwindef.h without NOMINMAX
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define min(a, b) (((a) < (b)) ? (a) : (b))
// Functions in two alphabets
#define GetObject GetObjectA
#define GetMessage GetMessageA
#define SendMessage SendMessageA
#define GetUserName GetUserNameA
#define CreateFile CreateFileA
#define DeleteFile DeleteFileA
#define CopyFile CopyFileA
#define GetCurrentTime() GetTickCount()
#define RegisterClass RegisterClassA
#define Yield()
// sys/sysmacros.h, and old C libraries
#define major(dev) ((int)(((unsigned)(dev)) >> 8))
#define minor(dev) ((int)((dev) & 0xff))
#define unix 1
#define linux 1
