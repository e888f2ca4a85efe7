using System.Diagnostics;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Serving.Answers;
using Fovea.Serving.Batching;
using Fovea.Serving.Hosting;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Fovea.Serving.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Fovea.Serving.Endpoints;

/// <summary><c>POST /v1/models/NAME:predict</c>.</summary>
internal static class PredictEndpoint
{
    private static readonly string[] s_types = ["image/*", "application/octet-stream", "multipart/form-data", "application/json", RequestReader.Npy];

    public static void MapPredict(this IEndpointRouteBuilder routes, ModelRack rack) => routes
        .MapPost("/v1/models/{name}:predict", (string name, HttpContext context) => new Prediction(rack, rack.Get(name), context).Answer())
        .Produces(StatusCodes.Status200OK, null, "application/json", "image/png", RequestReader.Npy)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status504GatewayTimeout)
        .WithSummary("What a model sees in pictures.")
        .WithDescription(
            "The body is a picture, a form of pictures, JSON with pictures in base64, or what the model sees itself, as numbers. Parameters, in the address or in the body: attention (a method of "
            + "maps: the answer shows where the model looked), target (what the map is asked for), picture (whether masks and drawn boxes are in the answer, as PNG), timeout (seconds).")
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            // Said here and not by Accepts, which would refuse every type that it does not name, and images have many.
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = s_types.ToDictionary(t => t, _ => new OpenApiMediaType()),
            };
            return Task.CompletedTask;
        });

    /// <summary>One request.</summary>
    private sealed class Prediction(ModelRack rack, ServedModel model, HttpContext context)
    {
        private readonly long _begin = rack.Clock.GetTimestamp();

        public async Task Answer()
        {
            using Activity? activity = rack.Metrics.Activities.StartActivity("fovea.predict");
            activity?.SetTag("fovea.model", model.Name);
            int status = StatusCodes.Status200OK;
            try
            {
                await Admitted();
            }
            catch (Exception e)
            {
                status = context.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : ProblemMiddleware.Of(e).Status;
                activity?.SetStatus(ActivityStatusCode.Error, e.Message);
                throw;
            }
            finally
            {
                TimeSpan took = rack.Clock.GetElapsedTime(_begin);
                model.Metrics.Answered(status, took);
                if (status == StatusCodes.Status200OK)
                {
                    model.Took(took);
                }
            }
        }

        private async Task Admitted()
        {
            long bytes = context.Request.ContentLength ?? rack.Options.MaxRequestBytes;
            if (bytes > rack.Options.MaxRequestBytes)
            {
                throw Bodies.TooLarge(rack.Options.MaxRequestBytes);
            }

            using ServedModel.Admission admission = model.Admit();
            using IDisposable body = rack.Bodies.TryTake(bytes) ?? throw model.Busy("requests wait, as many bytes of them as may");
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            deadline.CancelAfter(Asked.Of(context.Request.Query).TimeLimit(rack.Options.Deadline));
            try
            {
                PredictRequest request = await new RequestReader(rack.Options, model.Version!.InputShape).Read(context.Request, deadline.Token);
                TimeSpan left = request.Asked.TimeLimit(rack.Options.Deadline) - rack.Clock.GetElapsedTime(_begin);
                deadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                admission.Grow(request.Samples);
                await (request.Tensor is { } tensor ? Compute(admission, tensor, request.Asked, deadline.Token) : See(admission, request, deadline.Token));
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
            {
                throw new HttpProblem(StatusCodes.Status504GatewayTimeout, "Too late", "The answer was not there in the time that the request may take; nothing of it is computed any more.");
            }
        }

        private async Task See(ServedModel.Admission admission, PredictRequest request, CancellationToken stop)
        {
            if (AnswerWriter.WantsPicture(context.Request) && request.Pictures.Count != 1)
            {
                throw HttpProblem.Wrong("body", "one picture, as the answer is one", request.Pictures.Count);
            }

            LookRequest? look = request.Asked.Look;
            ModelVersion version = model.Version!;
            DecodeOptions decoding = version.Description.Decoding with { Limits = new ImageLimits { MaxPixels = rack.Options.MaxPixels } };
            using IDisposable memory = await Reserve(request.Pictures, decoding, stop);
            PendingPicture[] pending = [.. request.Pictures.Select(p => new PendingPicture(Named(p, () => ImageCodecs.Decode(p.File, decoding)), p.Name, look, stop))];
            admission.Add(pending);
            Versioned<SeenPicture>[] seen = await Task.WhenAll(pending.Select(p => p.Answer)).WaitAsync(stop);
            if (AnswerWriter.WantsPicture(context.Request))
            {
                await Write(AnswerWriter.Picture(seen[0].Answer), "image/png");
            }
            else
            {
                await Write(AnswerWriter.Predictions(model.Name, seen, request.Asked.Picture ?? version.GivesMasks), "application/json");
            }
        }

        private async Task Compute(ServedModel.Admission admission, SentTensor sent, Asked asked, CancellationToken stop)
        {
            if (asked.Attention is not null || asked.Target is not null || asked.Picture is not null)
            {
                throw HttpProblem.Wrong("inputs", "pictures, where attention, target or picture is asked for", "numbers");
            }

            var pending = new PendingTensor(sent.Values, sent.Shape, stop);
            admission.Add([pending]);
            Versioned<Outputs> given = await pending.Answer.WaitAsync(stop);
            await (context.Request.Headers.Accept.ToString() == RequestReader.Npy
                ? Write(AnswerWriter.Npy(given.Answer), RequestReader.Npy)
                : Write(AnswerWriter.Numbers(model.Name, given), "application/json"));
        }

        // What the pictures of a request will take is taken at once: two requests that each hold a part would wait for each other.
        private async Task<IDisposable> Reserve(IReadOnlyList<SentPicture> pictures, DecodeOptions decoding, CancellationToken stop)
        {
            // Four channels of a byte, and of a float where all stored values are kept.
            int bytesPerPixel = decoding.Levels is { KeepsAll: true } ? 4 * (sizeof(byte) + sizeof(float)) : 4;
            long bytes = pictures.Sum(p => Named(p, () => ImageCodecs.ReadHeader(p.File, decoding)) is { } header
                ? bytesPerPixel * Pixels(p, header, decoding.Limits)
                : bytesPerPixel * rack.Options.MaxPixels);
            return bytes <= rack.Pixels.Most
                ? await rack.Pixels.Take(bytes, stop)
                : throw new HttpProblem(StatusCodes.Status413PayloadTooLarge, "Pictures too large", $"The pictures of a request may have {rack.Pixels.Most / bytesPerPixel} pixels in all.");
        }

        private static long Pixels(SentPicture picture, PictureHeader header, ImageLimits limits)
        {
            long pixels = (long)header.Width * header.Height;
            return pixels <= limits.MaxPixels
                ? pixels
                : throw new HttpProblem(StatusCodes.Status413PayloadTooLarge, "Picture too large", $"{picture.Name}: {header.Width}x{header.Height} pixels are more than the {limits.MaxPixels} that a picture may have.");
        }

        private static T Named<T>(SentPicture picture, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (ImageException e)
            {
                throw new ImageException(e.Error, $"{picture.Name}: {e.Message}", e) { Format = e.Format };
            }
        }

        private Task Write(byte[] body, string type)
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }
    }
}
