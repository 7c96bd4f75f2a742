"""The operators of libcst and their kinds in the standard library's syntax tree."""

from __future__ import annotations

import _ast

BINARY = {
    "Add": _ast.Add,
    "Subtract": _ast.Sub,
    "Multiply": _ast.Mult,
    "Divide": _ast.Div,
    "FloorDivide": _ast.FloorDiv,
    "Modulo": _ast.Mod,
    "Power": _ast.Pow,
    "LeftShift": _ast.LShift,
    "RightShift": _ast.RShift,
    "BitOr": _ast.BitOr,
    "BitAnd": _ast.BitAnd,
    "BitXor": _ast.BitXor,
    "MatrixMultiply": _ast.MatMult,
}
AUGMENTED = {name + "Assign": kind for name, kind in BINARY.items()}
UNARY = {"Not": _ast.Not, "Minus": _ast.USub, "Plus": _ast.UAdd, "BitInvert": _ast.Invert}
BOOLEAN = {"And": _ast.And, "Or": _ast.Or}
COMPARISONS = {
    "LessThan": _ast.Lt,
    "LessThanEqual": _ast.LtE,
    "GreaterThan": _ast.Gt,
    "GreaterThanEqual": _ast.GtE,
    "Equal": _ast.Eq,
    "NotEqual": _ast.NotEq,
    "In": _ast.In,
    "NotIn": _ast.NotIn,
    "Is": _ast.Is,
    "IsNot": _ast.IsNot,
}
