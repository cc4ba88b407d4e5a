/// What a worker without work does: spin, or back off to short sleeps.
public enum IdleMode: String, Sendable, CaseIterable { case poll, sleep }
