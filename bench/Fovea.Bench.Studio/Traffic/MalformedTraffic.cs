using Fovea.Bench.Traffic;

namespace Fovea.Bench.Studio.Traffic;

/// <summary>Requests and uploads that the studio must refuse.</summary>
internal static class MalformedTraffic
{
    private static readonly string[] s_bodies =
    [
        """{"model":"a","image":"clutter-0-arrow"}""", """{"path":"weights.safetensors","imageSize":64}""", """{"catalogue":"resnet8"}""", """{"region":[0,0,1,1]}""",
    ];

    /// <summary>Sends them over some connections.</summary>
    public static Task<TrafficResult> Run(Uri page, int requests, int connections, int seed) =>
        new MalformedRequests { Server = page, Path = "/api/images", Make = Make }.Run(requests, connections, seed);

    private static HttpRequestMessage Make(Drawn drawn) => drawn.Number(0, 10) switch
    {
        0 => Drawn.Json(drawn.Pick("/api/models", "/api/sessions"), drawn.Cut(drawn.Pick(s_bodies))),
        1 => Drawn.Json(drawn.Pick("/api/models", "/api/sessions"), drawn.Pick("[]", "null", "7", "\"x\"", "{\"path\":7}", "{\"path\":{}}", "{\"unknown\":true}", new string('[', 5000), "{\"path\":\"" + new string('a', 5000) + "\"}")),
        2 => Drawn.Json("/api/models", $$"""{"path":"{{drawn.Pick("../", "/etc/", "a/../../", "..\\\\", "%2e%2e/", "\\u0000", "~/")}}{{drawn.Word()}}"}"""),
        3 => Drawn.Post("/api/images", drawn.Noise()),
        4 => Drawn.Post("/api/images", drawn.Noise(Drawn.Png)),
        5 => Drawn.Post("/api/images", drawn.Noise(Drawn.Jpeg)),
        6 => new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{drawn.Word()}/sites/{drawn.Word()}/{drawn.Pick("row", "gates", "export")}?y={drawn.Number(-9, 99)}&x={drawn.Pick("0", "NaN", "1e9", "''", "999999999999999999999")}"),
        7 => new HttpRequestMessage(new HttpMethod(drawn.Pick("PUT", "PATCH", "TRACE", "OPTIONS", "BREW")), drawn.Pick("/", "/api/models", "/api/images", $"/{drawn.Word()}")),
        8 => Hostile(drawn),
        _ => new HttpRequestMessage(HttpMethod.Get, drawn.Pick($"/api/runs/progress?path=../{drawn.Word()}", "/api/runs/progress", $"/api/images/{drawn.Word()}", $"/api/models/{drawn.Word()}/graph", "/..%2f..%2fetc/passwd", $"/{new string('a', 3000)}")),
    };

    private static HttpRequestMessage Hostile(Drawn drawn)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        if (drawn.Number(0, 2) == 0)
        {
            request.Headers.Host = $"{drawn.Word()}.example";
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Origin", $"https://{drawn.Word()}.example");
        }

        return request;
    }
}
