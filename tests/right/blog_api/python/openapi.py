"""The description, made of one line for each method. What is said more than once is in components, and the rest refers to it."""
WORDS = {200: "Done", 201: "Made", 204: "Gone", 304: "Not changed", 400: "No JSON object",
         401: "No token, or an unknown one", 403: "Not allowed", 404: "Not there",
         422: "Breaks a rule", 502: "The renderer failed"}


def ref(name, of="schemas"):
    return {"$ref": "#/components/%s/%s" % (of, name)}


def op(id, codes, token=False, body=None, out=None, parameters=None, kind="application/json"):
    responses = {}
    for c in codes:
        if c in (200, 201) and out:
            responses[str(c)] = {"description": WORDS[c], "content": {kind: {"schema": out}}}
        else:
            responses[str(c)] = ref("Status%d" % c, "responses")
    o = {"operationId": id, "responses": responses,
         "security": [{"token": []}, {"bearer": []}] if token else [{}, {"bearer": []}]}
    if body:
        o["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if parameters:
        o["parameters"] = parameters
    return o


def path(*names):
    return [ref(n, "parameters") for n in names]


def query(name, schema):
    return {"name": name, "in": "query", "required": False, "schema": schema}


def obj(props, required):
    return {"type": "object", "properties": props, "required": required}


S, TAGS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
POST = {"slug": ref("Slug"), "title": S, "text": S, "tags": TAGS, "author": S,
        "published": {"type": "boolean"}, "comments": {"type": "integer"}}

DOC = {
    "openapi": "3.1.0",
    "info": {"title": "blog_api", "version": "1.0.0"},
    "paths": {
        "/posts": {
            "get": op("listPosts", [200, 401, 422], out=ref("PostList"), parameters=[
                query("tag", S), query("limit", {"type": "integer", "minimum": 1}),
                query("drafts", {"type": "string", "enum": ["mine"]}), query("before", S)]),
            "post": op("makePost", [201, 400, 401, 403, 422], True, ref("NewPost"), ref("Post"))},
        "/posts/{slug}": {
            "parameters": path("slug"),
            "get": op("readPost", [200, 304, 401, 404], out=ref("Post")),
            "patch": op("changePost", [200, 400, 401, 403, 404, 422], True, ref("PostChange"), ref("Post")),
            "delete": op("deletePost", [204, 401, 403, 404], True)},
        "/posts/{slug}/comments": {
            "parameters": path("slug"),
            "get": op("listComments", [200, 401, 404], out=ref("CommentList")),
            "post": op("writeComment", [201, 400, 401, 404, 422], True, ref("NewComment"), ref("Comment"))},
        "/posts/{slug}/comments/{id}": {
            "parameters": path("slug", "id"),
            "delete": op("deleteComment", [204, 401, 403, 404], True)},
        "/posts/{slug}/html": {
            "parameters": path("slug"),
            "get": op("readHtml", [200, 401, 404, 502], out=S, kind="text/html")},
        "/openapi.json": {"get": op("readDescription", [200, 401], out={"type": "object"})},
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "Bearer"}, "token": ref("bearer", "securitySchemes")},
        "responses": {"Status%d" % c: {"description": words} for c, words in WORDS.items()},
        "parameters": {n: {"name": n, "in": "path", "required": True, "schema": S} for n in ("slug", "id")},
        "schemas": {
            "Slug": {"$ref": "#/components/schemas/Text", "pattern": "^[a-z0-9-]+$"},
            "Text": S,
            "Post": ref("PostWithComments"),
            "PostWithComments": obj(POST, list(POST)),
            "NewPost": obj({"title": S, "text": S, "tags": TAGS}, ["title"]),
            "PostChange": obj({"title": S, "text": S, "tags": TAGS,
                               "published": {"type": "boolean"}}, []),
            "PostList": obj({"posts": {"type": "array", "items": ref("Post")},
                             "next": {"type": ["string", "null"]}}, ["posts", "next"]),
            "Comment": obj({"id": {"type": "integer"}, "author": S, "text": S},
                           ["id", "author", "text"]),
            "NewComment": obj({"text": S}, ["text"]),
            "CommentList": obj({"comments": {"type": "array", "items": ref("Comment")}},
                               ["comments"]),
        }},
}
