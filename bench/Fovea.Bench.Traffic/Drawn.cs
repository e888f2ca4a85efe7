using System.Text;

namespace Fovea.Bench.Traffic;

/// <summary>Words, bytes and bodies that a seed draws.</summary>
public sealed class Drawn(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The beginnings of pictures that end in noise.</summary>
    public static IReadOnlyList<byte> Png { get; } = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>As <see cref="Png"/>.</summary>
    public static IReadOnlyList<byte> Jpeg { get; } = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46];

    /// <summary>A number from <paramref name="from"/> on and below <paramref name="to"/>.</summary>
    public int Number(int from, int to) => _random.Next(from, to);

    /// <summary>One of some.</summary>
    public string Pick(params ReadOnlySpan<string> some) => some[_random.Next(some.Length)];

    /// <summary>Up to a dozen letters.</summary>
    public string Word() => string.Concat(Enumerable.Range(0, _random.Next(1, 12)).Select(_ => (char)('a' + _random.Next(26))));

    /// <summary>A text without its end.</summary>
    public string Cut(string text) => text[.._random.Next(0, text.Length - 1)];

    /// <summary>Up to 4,000 random bytes behind some that are given; without any, such as no format begins with.</summary>
    public byte[] Noise(params IReadOnlyList<byte> first)
    {
        byte[] bytes = new byte[first.Count + _random.Next(1, 4000)];
        _random.NextBytes(bytes);
        if (first.Count == 0)
        {
            bytes[0] = 0;
        }

        for (int i = 0; i < first.Count; i++)
        {
            bytes[i] = first[i];
        }

        return bytes;
    }

    /// <summary>A post of JSON.</summary>
    public static HttpRequestMessage Json(string path, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    /// <summary>A post of bytes, of a type if one is given.</summary>
    public static HttpRequestMessage Post(string path, byte[] body, string? type = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (type is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return request;
    }
}
