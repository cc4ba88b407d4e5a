/// A backend, or some fields of one, as the control socket takes it; what is nil is left out.
struct BackendBody: Encodable {
  var address: String?
  var name: String?
  var weight: Int?
  var drain: Bool?
}
