from entrepot.kernels.compiling import forget_stale


def test_compiled_kernels_of_other_sources_are_forgotten(tmp_path):
    (tmp_path / "one.py").write_text("a = 1")
    kept = tmp_path / "__pycache__"
    forget = forget_stale.__wrapped__
    assert forget(tmp_path)
    (kept / "one.f-1.py311.nbi").write_bytes(b"")
    (kept / "one.f-1.py311.1.nbc").write_bytes(b"")
    assert not forget(tmp_path)
    assert len(list(kept.glob("*.nb?"))) == 2
    (tmp_path / "one.py").write_text("a = 2")
    assert forget(tmp_path)
    assert not list(kept.glob("*.nb?"))
