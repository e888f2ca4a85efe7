using System.Globalization;
using System.Text.Json;
using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Fovea.Serving.Requests;

/// <summary>Reads requests for predictions in every form that is taken.</summary>
/// <param name="options">How much may be sent.</param>
/// <param name="sample">What the model sees: [C, H, W].</param>
internal sealed class RequestReader(ServerOptions options, IReadOnlyList<int> sample)
{
    /// <summary>The media type of arrays in NumPy's format.</summary>
    public const string Npy = "application/x-npy";

    private const int MostNameLength = 200;

    /// <summary>Reads one.</summary>
    /// <exception cref="HttpProblem">It is of no form that is taken, or brings too much or nothing.</exception>
    /// <exception cref="BadHttpRequestException">It is larger than a request may be.</exception>
    /// <exception cref="JsonException">It is no JSON, or other JSON.</exception>
    public async Task<PredictRequest> Read(HttpRequest request, CancellationToken cancellation)
    {
        var asked = Asked.Of(request.Query);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            throw Unknown(request.ContentType);
        }

        string media = type.MediaType.Value?.ToLowerInvariant() ?? string.Empty;
        PredictRequest read = media switch
        {
            "application/json" => await Json(request.Body, asked, cancellation),
            Npy => new PredictRequest([], SentTensors.OfNpy(await Bodies.ReadAll(request.Body, request.ContentLength, options.MaxRequestBytes, cancellation), sample), asked),
            "multipart/form-data" => await Multipart(request.Body, type, asked, cancellation),
            "application/octet-stream" => await Picture(request, asked, cancellation),
            _ when media.StartsWith("image/", StringComparison.Ordinal) => await Picture(request, asked, cancellation),
            _ => throw Unknown(media),
        };
        int samples = read.Samples;
        return samples == 0 ? throw HttpProblem.Wrong("body", "a picture", "none")
            : samples > options.MaxPictures ? throw HttpProblem.Wrong("body", $"at most {options.MaxPictures} pictures", samples)
            : read;
    }

    private static HttpProblem Unknown(string? type) => new(
        StatusCodes.Status415UnsupportedMediaType, "Unknown content type",
        $"expected a picture (image/… or application/octet-stream), several as multipart/form-data, application/json, or an array as {Npy}; got {(string.IsNullOrEmpty(type) ? "no Content-Type" : type)}.");

    private async Task<PredictRequest> Picture(HttpRequest request, Asked asked, CancellationToken cancellation)
    {
        byte[] file = await Bodies.ReadAll(request.Body, request.ContentLength, options.MaxRequestBytes, cancellation);
        return new PredictRequest(file.Length == 0 ? [] : [new SentPicture("0", file)], null, asked);
    }

    private async Task<PredictRequest> Json(Stream body, Asked asked, CancellationToken cancellation)
    {
        PredictBody? sent = await JsonSerializer.DeserializeAsync(body, ServingJson.Default.PredictBody, cancellation);
        if (sent is null || (sent.Instances is null) == (sent.Inputs is null))
        {
            throw HttpProblem.Wrong("body", "{\"instances\":[{\"b64\":…},…]} or {\"inputs\":{\"shape\":[N,C,H,W],\"data\":[…]}}", sent is null ? "null" : sent.Inputs is null ? "neither" : "both");
        }

        asked = asked.With(sent.Asked);
        return sent.Inputs is { } inputs
            ? new PredictRequest([], SentTensors.Of(inputs, sample), asked)
            : new PredictRequest([.. sent.Instances!.Select((picture, i) => new SentPicture(
                Named(picture?.Name, i), picture?.B64 is { Length: > 0 } file ? file : throw HttpProblem.Wrong($"instances[{i}].b64", "a picture in base64", null)))], null, asked);
    }

    private async Task<PredictRequest> Multipart(Stream body, MediaTypeHeaderValue type, Asked asked, CancellationToken cancellation)
    {
        var files = new List<SentPicture>();
        var fields = new List<KeyValuePair<string, string>>();
        await foreach (FormPart part in FormPart.Read(body, type, options.MaxRequestBytes, cancellation))
        {
            if (part.IsFile)
            {
                files.Add(new SentPicture(Named(part.FileName, files.Count), part.Content));
            }
            else
            {
                fields.Add(KeyValuePair.Create(part.Name, part.Text));
            }

            if (files.Count > options.MaxPictures)
            {
                break;
            }
        }

        return new PredictRequest(files, null, asked.With(Asked.Of(fields)));
    }

    private static string Named(string? name, int number) => string.IsNullOrEmpty(name) ? number.ToString(CultureInfo.InvariantCulture)
        : name.Length > MostNameLength ? name[..MostNameLength]
        : name;
}
