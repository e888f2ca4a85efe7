using System.Text;
using Fovea.Bench.Traffic;

namespace Fovea.Bench.Serving.Traffic;

/// <summary>Requests that a server of models must refuse.</summary>
internal static class MalformedTraffic
{
    private static readonly string[] s_bodies =
    [
        """{"instances":[{"b64":"iVBORw0KGgo="}]}""", """{"inputs":{"shape":[1,3,64,64],"data":[0,1,2]}}""", """{"instances":[{"b64":"AAAA","name":"x"}],"attention":"grad-cam"}""",
    ];

    /// <summary>Sends them over some connections.</summary>
    public static Task<TrafficResult> Run(Uri server, string model, int requests, int connections, int seed)
    {
        string path = $"/v1/models/{model}:predict";
        return new MalformedRequests { Server = server, Path = path, Make = drawn => Make(path, drawn) }.Run(requests, connections, seed);
    }

    private static HttpRequestMessage Make(string path, Drawn drawn) => drawn.Number(0, 12) switch
    {
        0 => Drawn.Json(path, drawn.Cut(drawn.Pick(s_bodies))),
        1 => Drawn.Json(path, drawn.Pick("[]", "null", "7", "\"x\"", "{\"instances\":7}", "{\"instances\":[7]}", "{\"unknown\":true}", new string('[', 5000), "{\"instances\":[{\"b64\":\"" + new string('!', 5000) + "\"}]}")),
        2 => Drawn.Json(path, $$$"""{"inputs":{"shape":[{{{drawn.Number(-3, 9)}}},3,{{{drawn.Number(-9, 99999)}}},64],"data":[{{{drawn.Number(0, int.MaxValue)}}}]}}"""),
        3 => Drawn.Post(path, drawn.Noise(), drawn.Pick("image/png", "image/jpeg", "image/webp", "application/octet-stream")),
        4 => Drawn.Post(path, drawn.Noise(Drawn.Png), "image/png"),
        5 => Drawn.Post(path, drawn.Noise(Drawn.Jpeg), "image/jpeg"),
        6 => Drawn.Post(path, drawn.Noise(0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0), "application/x-npy"),
        7 => Drawn.Post(path, drawn.Noise(Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n")), drawn.Pick("multipart/form-data; boundary=b", "multipart/form-data", $"multipart/form-data; boundary={drawn.Word()}")),
        8 => new HttpRequestMessage(new HttpMethod(drawn.Pick("PUT", "PATCH", "TRACE", "OPTIONS", "BREW", "GET")), path),
        9 => Drawn.Post($"/v1/models/{drawn.Word()}:{drawn.Pick("predict", "explain", drawn.Word())}", drawn.Noise(), "image/png"),
        10 => Hostile(path, drawn),
        _ => new HttpRequestMessage(HttpMethod.Get, drawn.Pick($"/v1/models/{drawn.Word()}", $"/{drawn.Word()}", "/..%2f..%2fetc/passwd", $"/{new string('a', 3000)}", "/v1/models/%00")),
    };

    private static HttpRequestMessage Hostile(string path, Drawn drawn)
    {
        HttpRequestMessage request = Drawn.Post($"{path}?{drawn.Pick("attention=", "timeout=x", "timeout=-1e400", "picture=7", "x=y", "attention=%00", "target=cat")}", drawn.Noise(), "image/png");
        if (drawn.Number(0, 2) == 0)
        {
            request.Headers.Host = $"{drawn.Word()}.example";
        }

        return request;
    }
}
