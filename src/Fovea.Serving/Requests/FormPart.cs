using System.Runtime.CompilerServices;
using System.Text;
using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Fovea.Serving.Requests;

/// <summary>A part of a form: a file, or a field.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="FileName">The file's name; null for a field.</param>
/// <param name="Content">What is in it.</param>
internal sealed record FormPart(string Name, string? FileName, byte[] Content)
{
    private const int MostBoundaryLength = 200;
    private const int MostParts = 256;

    /// <summary>Whether it is a file.</summary>
    public bool IsFile => FileName is not null;

    /// <summary>A field's text.</summary>
    public string Text => Encoding.UTF8.GetString(Content);

    /// <summary>Reads the parts in memory, one after the other; nothing is written to a disk.</summary>
    /// <param name="body">The form.</param>
    /// <param name="type">Its content type, which says what lies between the parts.</param>
    /// <param name="most">The most bytes of a part.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpProblem">It is no form, or has too many parts.</exception>
    public static async IAsyncEnumerable<FormPart> Read(
        Stream body, MediaTypeHeaderValue type, long most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > MostBoundaryLength)
        {
            throw HttpProblem.Wrong("boundary", $"1 to {MostBoundaryLength} letters in the Content-Type", boundary.Length);
        }

        var reader = new MultipartReader(boundary, body);
        for (int count = 0; await Next(reader, most, cancellation) is { } part; count++)
        {
            yield return count < MostParts ? part : throw HttpProblem.Wrong("form", $"at most {MostParts} parts", "more");
        }
    }

    private static async Task<FormPart?> Next(MultipartReader reader, long most, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation) is { } section ? await Of(section, most, cancellation) : null;
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw HttpProblem.Wrong("form", "parts that end as the Content-Type says", "an end in the middle of one");
        }
    }

    private static async Task<FormPart> Of(MultipartSection section, long most, CancellationToken cancellation)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? said))
        {
            throw HttpProblem.Wrong("form", "parts with a Content-Disposition", "one without");
        }

        string? file = HeaderUtilities.RemoveQuotes(said.FileNameStar.HasValue ? said.FileNameStar : said.FileName).Value;
        bool isPicture = section.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ?? false;
        return new FormPart(
            HeaderUtilities.RemoveQuotes(said.Name).ToString(), file is null && isPicture ? string.Empty : file, await Bodies.ReadAll(section.Body, null, most, cancellation));
    }
}
