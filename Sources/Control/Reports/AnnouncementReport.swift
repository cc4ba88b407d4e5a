/// `POST /v1/arp/announcements`: what segments are being told.
public struct AnnouncementReport: Report {
  /// Announcements that are on their way: each VIP by each port where clients are.
  public var announcements: Int

  public var text: String { "\(announcements) announcement\(announcements == 1 ? "" : "s") sent\n" }
}
