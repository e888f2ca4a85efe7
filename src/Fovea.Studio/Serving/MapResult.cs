using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Serving;

/// <summary>
/// Numbers with what is said about them, as one small answer: <c>length of the head, UInt32 | head, JSON padded with spaces to a multiple of
/// 4 | values, Float32</c>, all little-endian. Who accepts <c>application/json</c> alone gets the head with <c>values</c> in it.
/// </summary>
internal sealed class MapResult(MapHead head, float[] values) : IResult
{
    public const string ContentType = "application/vnd.fovea.map";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        if (httpContext.Request.Headers.Accept.ToString() == "application/json")
        {
            return response.WriteAsJsonAsync(head with { Values = values }, StudioJson.Default.MapHead);
        }

        byte[] body = ToBytes();
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>The answer as <see cref="ContentType"/> has it.</summary>
    public byte[] ToBytes()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(head, StudioJson.Default.MapHead);
        int padded = (json.Length + 3) & ~3;
        byte[] body = new byte[4 + padded + (4 * values.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)padded);
        json.CopyTo(body, 4);
        body.AsSpan(4 + json.Length, padded - json.Length).Fill((byte)' ');
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(body.AsSpan(4 + padded));
        }
        else
        {
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(body.AsSpan(4 + padded + (4 * i)), values[i]);
            }
        }

        return body;
    }
}
