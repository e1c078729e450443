<?php // Takes orders of the contact centre: SECRET=whsec_… php -S 127.0.0.1:8090 receiver.php
$key = base64_decode(preg_replace('/^whsec_/', '', getenv('SECRET')));
$body = file_get_contents('php://input');
[$id, $at, $given] = array_map(fn ($name) => $_SERVER["HTTP_WEBHOOK_$name"] ?? '', ['ID', 'TIMESTAMP', 'SIGNATURE']);
$ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
$fits = array_filter(explode(' ', $given), fn ($one) => hash_equals($ours, $one));

function answer(int $status, array $told): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit(json_encode($told));
}

if (!$fits || abs(time() - (int) $at) > 300) {
    answer(401, ['message' => 'the signature does not fit, or is too old']);
}
$store = new PDO('sqlite:' . sys_get_temp_dir() . '/orders.sqlite');
$store->exec('CREATE TABLE IF NOT EXISTS answered (id TEXT PRIMARY KEY, told TEXT);
              CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, data TEXT)');
$store->exec('BEGIN IMMEDIATE'); // two attempts at once are one
$known = $store->prepare('SELECT told FROM answered WHERE id = ?');
$known->execute([$id]);
$told = json_decode($known->fetchColumn() ?: 'null', true);
if ($told === null) { // the same id is the same request: otherwise it is answered as before
    ['type' => $type, 'data' => $data] = json_decode($body, true);
    $told = ['orders' => []];
    if ($type === 'order.placed') { // hand it to your dispatchers here
        $store->prepare('INSERT INTO orders (data) VALUES (?)')->execute([json_encode($data)]);
        $told = ['order_id' => $store->lastInsertId()];
    }
    $store->prepare('INSERT INTO answered VALUES (?, ?)')->execute([$id, json_encode($told)]);
}
$store->exec('COMMIT');
answer(200, $told);
