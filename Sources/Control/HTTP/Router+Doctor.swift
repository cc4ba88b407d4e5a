import Configuration
import NIOHTTP1
import Net

/// What is wrong with servers.
extension Router {
  static let doctorRoutes = [
    Route(.GET, "/v1/doctor", ["from"]) { router, request, _ in
      let address = try request.parameter("from").map(borrowed)
      let desk = try router.controls.doctor
      return .later { done in
        desk.examine(from: address) { result in
          do { done(try ControlResponse(result.get())) } catch { done(Self.refusal(error)) }
        }
      }
    }
  ]

  private static func borrowed(_ text: String) throws(ControlRefusal) -> IPv4Address {
    guard let address = IPv4Address(text), address.isHostAddress else {
      throw ControlRefusal(
        .badRequest, "bad_parameter", "'from' is a free address of the servers' network, such as 10.0.1.250",
        field: "from")
    }
    return address
  }
}
