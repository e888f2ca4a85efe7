using Fovea.Bench.Studio.Traffic;
using Fovea.Bench.Traffic;

namespace Fovea.Studio.Tests.Server;

/// <summary>A little of the soak's traffic: several connections at once, well-meant and ill-meant.</summary>
public sealed class TrafficTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    [Fact]
    public async Task Sessions_opened_and_dropped_from_eight_connections_are_all_answered()
    {
        TrafficResult result = await SessionTraffic.Run(new Uri(studio.Page), requests: 8 * 24, connections: 8, seed: 3);
        Assert.True(result.Count(200, 299) == result.Total, result.ToString());
        Assert.InRange(studio.Server.State.Sessions.Count, 0, 8);
    }

    [Fact]
    public async Task Malformed_requests_and_uploads_get_4xx_and_the_server_lives()
    {
        TrafficResult result = await MalformedTraffic.Run(new Uri(studio.Page), requests: 400, connections: 4, seed: 3);
        Assert.True(result.Count(400, 499) == result.Total, result.ToString());
        Assert.True((await studio.Client.GetAsync("/api/models")).IsSuccessStatusCode);
    }
}
